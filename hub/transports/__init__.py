"""How files come and go: the embedded SFTP server, partners' SFTP servers, watched folders."""
