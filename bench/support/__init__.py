"""What benchmarks of bench/ share: real clusters, and figures with their spread."""
