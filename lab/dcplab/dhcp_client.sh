#!/bin/sh
# What udhcpc runs with the lease it was given ($1: deconfig, bound, renew; the rest in variables). Only the interface and its
# routes are touched: resolv.conf is the machine's own, which a VM of the lab shares.
case $1 in
  deconfig) ip -4 address flush dev "$interface" ;;
  bound|renew)
    ip -4 address replace "$ip/$mask" dev "$interface"
    if [ -n "$router" ]; then ip -4 route replace default via "${router%% *}" dev "$interface"; fi ;;
esac
