using System.Runtime.InteropServices;
using MetaMcp.Init.Cli;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

return ExitCodes.Configuration;
