"""A router's advertisement: advertise.py INTERFACE PREFIX/LENGTH [PREFERRED-SECONDS]"""

import ipaddress
import socket
import struct
import sys

interface, prefix = sys.argv[1], ipaddress.ip_network(sys.argv[2])
preferred = int(sys.argv[3]) if len(sys.argv) > 3 else 1800
on_link_and_autonomous = 0xC0
message = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
message += struct.pack("!BBBBIII", 3, 4, prefix.prefixlen, on_link_and_autonomous, 3600, preferred, 0)
message += prefix.network_address.packed
with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sender:
    index = socket.if_nametoindex(interface)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    sender.sendto(message, ("ff02::1", 0, 0, index))
