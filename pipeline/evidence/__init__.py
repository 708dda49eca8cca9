"""What deposits, hosts, assays and proxies say of a target."""
