#!/bin/sh
# Brings out a good or a bad version of the shop, sends it requests, and shows what becomes of it.
set -eu
here=$(dirname "$0")
case "${1:-}" in
  good) errors="0.1%" ;;
  bad) errors="5%" ;;
  *) echo "usage: $0 good|bad" >&2; exit 2 ;;
esac
kubectl apply -f "$here/rollout.yaml"
capstan rollouts status shop --timeout 60s
# Requests from now on, until this script ends.
(while :; do curl -s -o /dev/null -H 'Host: shop.example' "http://127.0.0.1:8080/?[1-100]" || sleep 1; done) &
requests=$!
trap 'kill "$requests"' EXIT
version=$(date +%s)
kubectl patch rollout shop --type merge -p "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"sim.capstan.dev/errors\":\"$errors\"}},\"spec\":{\"containers\":[{\"name\":\"shop\",\"image\":\"shop:$version\"}]}}}}"
capstan rollouts status shop --timeout 300s || true
capstan rollouts get rollout shop
