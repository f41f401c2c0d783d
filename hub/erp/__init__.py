"""The ERP behind one port in canonical documents."""
