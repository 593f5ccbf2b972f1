"""The main job: the published demos on the real template, the real layers and the local cloud."""
