from pathlib import Path
def draw(folder, results): pass
