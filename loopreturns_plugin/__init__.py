"""What the tap and the target share: connection settings, command line, files, singer-sdk."""
