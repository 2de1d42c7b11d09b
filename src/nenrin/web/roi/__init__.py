"""The ROI simulator."""
