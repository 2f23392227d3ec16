"""Delivery: check a file of the Advanced CSV connector, send what is new or changed by SFTP, record it."""
