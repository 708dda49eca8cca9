"""Any file to raw rows: text tables, workbooks, archives, vectors."""
