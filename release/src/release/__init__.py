"""From repository to account: builds what is released, and sends it. See release/README.md."""
