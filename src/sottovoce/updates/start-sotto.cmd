@echo off
rem Starts the Sottovoce that came here by a bundle. The file "current" beside this one says which.
setlocal
set /p name=<"%~dp0current"
if not "%name:~1,1%"==":" set "name=%~dp0versions\%name%"
"%name%\Scripts\python.exe" -I -m sottovoce %*
