using System.Runtime.InteropServices;
using MetaMcp.Init.Cli;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Probing;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

if (args is ["probe", ..])
    return ProbeVerb.Run(args.AsSpan(1));
if (args.Length > 0) SignalMask.BlockOnEveryThread();
if (args.Length > 1)
{
    foreach (var f in Directory.GetFiles("/proc/self/task/", "status", SearchOption.AllDirectories))
        System.Console.WriteLine(string.Join(" ", File.ReadAllLines(f).Where(l => l.StartsWith("Name", StringComparison.Ordinal) || l.StartsWith("SigBlk", StringComparison.Ordinal))));
}
return ExitCodes.Configuration;
