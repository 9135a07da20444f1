using System.Runtime.InteropServices;
using MetaMcp.Init.Cli;
using MetaMcp.Init.Core.PassThrough;
using MetaMcp.Init.Exec;
using MetaMcp.Init.PassThrough;
using MetaMcp.Init.Probing;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

// The hot verbs come first and construct nothing they do not need.
if (PassThroughOptions.IsMeant(args))
    return PassThroughVerb.Run(args);
if (args is ["exec", ..])
    return ExecVerb.Run(args);
return args is ["probe", ..] ? ProbeVerb.Run(args.AsSpan(1)) : OperatorVerbs.Invoke(args);
