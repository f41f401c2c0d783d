"""The partner hub: files from trading partners become documents in Odoo, and the answers go back."""
