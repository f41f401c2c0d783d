"""Records of any model: what a batch would change in Odoo, the writing of it, and what of Odoo goes out as a file."""
