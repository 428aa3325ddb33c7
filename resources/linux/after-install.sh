#!/bin/sh
# After the package's files are in place: commands, sandbox, file types. Run as root by dpkg or rpm.
set -e
app=/opt/Slipway

ln -sf "$app/resources/bin/slipway" /usr/bin/slipway
ln -sf "$app/slipway-desktop" /usr/bin/slipway-desktop

# Chromium's sandbox needs user namespaces; where the kernel has none, its helper has to be set-uid.
if [ -L /proc/self/ns/user ] && unshare --user true 2>/dev/null; then
  chmod 0755 "$app/chrome-sandbox"
else
  chmod 4755 "$app/chrome-sandbox"
fi

# Ubuntu 24.04 and later give user namespaces only to programs with a profile. Older parsers do not know this one.
if apparmor_status --enabled >/dev/null 2>&1; then
  profile="$app/resources/apparmor-profile"
  if apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
    cp -f "$profile" /etc/apparmor.d/slipway-desktop
    apparmor_parser --replace --write-cache --skip-read-cache /etc/apparmor.d/slipway-desktop || true
  fi
fi

# Desktops find file types and icons again by themselves; these only make it happen now.
update-mime-database /usr/share/mime >/dev/null 2>&1 || true
update-desktop-database /usr/share/applications >/dev/null 2>&1 || true
