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
return args switch
{
    ["exec", ..] => ExecVerb.Run(args),
    ["probe", ..] => ProbeVerb.Run(args.AsSpan(1)),
    [] => RunVerb.Run(args, []),
    ["run", .. var rest] when !rest.Contains("--help") && !rest.Contains("-h") => RunVerb.Run(args, rest),
    ["--config", ..] => RunVerb.Run(args, args),
    [var first, ..] when first.StartsWith("--config=", StringComparison.Ordinal) => RunVerb.Run(args, args),
    _ => OperatorVerbs.Invoke(args),
};
