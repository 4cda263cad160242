"""Puts many questions at once, each from the network namespace it is to come from, and answers them where they arrive.

One process for all of it, because it can enter one namespace after another, open a socket there, and keep it: a process
for each would take the emulated machine minutes. Reads JSON from its input and writes JSON to its output:

  in   servers    [{"netns": "/proc/42/ns/net", "who": "web", "tcp": 80, "udp": 53}]
       questions  [{"netns": "/proc/1/ns/net", "protocol": "icmp" | "tcp" | "udp", "address": "192.168.1.5",
                    "port": 80}]
       rounds     how often those that are silent are asked
  out  for each question what was answered ("web saw 192.168.1.10"; "echo" for ICMP), or null
"""
import ipaddress
import json
import os
import selectors
import socket
import struct
import sys
import time

WAIT = 2.0  # seconds in each round; the first packets may get lost while the kernel asks for the neighbour
ECHO = {  # protocol, request, reply
    socket.AF_INET: (socket.IPPROTO_ICMP, 8, 0),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128, 129),
}

selector = selectors.DefaultSelector()
job = json.load(sys.stdin)
answers = [None] * len(job["questions"])
namespaces = {}


def enter(path):
    """Sockets opened from now on are of this namespace, for good."""
    if path not in namespaces:
        namespaces[path] = os.open(path, os.O_RDONLY)
    os.setns(namespaces[path], os.CLONE_NEWNET)


def bare(address):
    """In its short form, an IPv4 address that IPv6 wraps as what it is."""
    known = ipaddress.ip_address(address.split("%")[0])
    return str(getattr(known, "ipv4_mapped", None) or known)


def serve(server):
    enter(server["netns"])
    greeting = lambda peer: f"{server['who']} saw {bare(peer[0])}".encode()
    for kind, port in ((socket.SOCK_STREAM, server["tcp"]), (socket.SOCK_DGRAM, server["udp"])):
        listener = socket.socket(socket.AF_INET6, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if kind == socket.SOCK_DGRAM:
            # A server that listens at every address answers from the one it was asked at.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        listener.bind(("::", port))
        listener.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listener.listen(64)

            def ready(listener=listener):
                try:
                    connection, peer = listener.accept()
                    connection.send(greeting(peer))
                    connection.close()
                except OSError:
                    pass  # whoever asked has gone
        else:

            def ready(listener=listener):
                _, [(level, kind, told)], _, peer = listener.recvmsg(64, 256)
                try:
                    # The address, but not the interface: the way back may be another.
                    listener.sendmsg([greeting(peer)], [(level, kind, told[:16] + bytes(4))], 0, peer)
                except OSError:
                    pass  # no way back, as seen from here

        selector.register(listener, selectors.EVENT_READ, ready)


class Question:
    """Asked once at a time; each try is a socket of its own."""

    def __init__(self, number, question):
        self.number, self.question, self.socket = number, question, None
        self.v6 = ":" in question["address"]
        self.family = socket.AF_INET6 if self.v6 else socket.AF_INET
        self.place = (question["address"], question.get("port", 0))

    def ask(self):
        self.end()
        try:
            getattr(self, self.question["protocol"])()
        except OSError:
            self.end()  # no way there, as seen from here

    def open(self, kind, protocol=0, events=selectors.EVENT_READ):
        enter(self.question["netns"])
        self.socket = socket.socket(self.family, kind, protocol)
        self.socket.setblocking(False)
        selector.register(self.socket, events, self.ready)

    def tcp(self):
        self.open(socket.SOCK_STREAM)
        self.socket.connect_ex(self.place)

    def udp(self):
        self.open(socket.SOCK_DGRAM)
        self.socket.connect(self.place)
        self.socket.send(b"who")

    def icmp(self):
        protocol, request, _ = ECHO[self.family]
        self.open(socket.SOCK_RAW, protocol)
        self.socket.connect(self.place)
        packet = struct.pack("!BBHHH", request, 0, 0, self.number, 1)
        # The kernel sums up ICMPv6 itself.
        total = sum(struct.unpack("!4H", packet))
        checksum = 0 if self.v6 else ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
        packet = packet[:2] + struct.pack("!H", checksum) + packet[4:]
        self.socket.send(packet)

    def ready(self):
        try:
            data = self.socket.recv(512)
        except OSError:
            return self.end()  # refused; it is asked again
        if self.question["protocol"] == "icmp":
            header = 0 if self.v6 else (data[0] & 15) * 4
            kind, _, _, number, _ = struct.unpack("!BBHHH", data[header : header + 8])
            # A raw socket hears all that its peer sends.
            if kind != ECHO[self.family][2] or number != self.number:
                return
            data = b"echo"
        answers[self.number] = data.decode() or None
        self.end()

    def end(self):
        if self.socket:
            selector.unregister(self.socket)
            self.socket.close()
        self.socket = None


def hear(seconds):
    for key, _ in selector.select(seconds):
        key.data()


for one in job["servers"]:
    serve(one)
questions = [Question(number, question) for number, question in enumerate(job["questions"])]
for _ in range(job["rounds"]):
    for question in questions:
        if answers[question.number] is None:
            question.ask()
            hear(0)
    asked = time.monotonic()
    while time.monotonic() - asked < WAIT and None in answers:
        hear(0.1)
json.dump(answers, sys.stdout)
