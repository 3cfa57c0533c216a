"""A conference: programme, speakers, badges, certificates of those who came."""
