@echo off
rem The command line of an installed Slipway, on the Node that the package brings.
set "PATH=%PATH%;%~dp0..\uv"
"%~dp0..\node\node.exe" "%~dp0..\backend\main\entry\cli.ts" %*
