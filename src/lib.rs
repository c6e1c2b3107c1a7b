//! The Hierarchical Reasoning Model (Wang et al. 2025, arXiv 2506.21734) for the browser and the command line.
