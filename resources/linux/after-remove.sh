#!/bin/sh
# After the package's files are gone. The user's data directory stays: it is not the package's.
set -e
case "${1:-remove}" in
  upgrade | 1) exit 0 ;;
esac
for name in slipway slipway-desktop; do
  if [ -L "/usr/bin/$name" ] && [ ! -e "/usr/bin/$name" ]; then rm -f "/usr/bin/$name"; fi
done
if [ -f /etc/apparmor.d/slipway-desktop ]; then
  apparmor_parser --remove /etc/apparmor.d/slipway-desktop >/dev/null 2>&1 || true
  rm -f /etc/apparmor.d/slipway-desktop
fi
update-mime-database /usr/share/mime >/dev/null 2>&1 || true
update-desktop-database /usr/share/applications >/dev/null 2>&1 || true
