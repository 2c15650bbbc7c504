"""Put on PYTHONPATH, this takes the network away from a process: no look-up, no connection."""

import socket


def _refused(*_args: object, **_options: object) -> None:
    raise AssertionError("the network was asked")


for _name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
    setattr(socket, _name, _refused)
for _name in ("connect", "connect_ex"):
    setattr(socket.socket, _name, _refused)
