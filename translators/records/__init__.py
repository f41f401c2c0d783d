"""Records: files of rows or nodes to records of any Odoo model and back, by a record type of the profile alone."""
