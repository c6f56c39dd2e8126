"""What the emulator and the connector both speak, importing neither."""
