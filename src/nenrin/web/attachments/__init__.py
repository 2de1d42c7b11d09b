"""Files beside tasks, meetings and timeline entries."""
