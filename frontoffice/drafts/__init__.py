"""What somebody is typing, kept on the server as they type."""
