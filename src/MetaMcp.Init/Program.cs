using System.Runtime.InteropServices;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.PassThrough;
using MetaMcp.Init.Discarding;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Intercept;
using MetaMcp.Init.Launch;
using MetaMcp.Init.Measuring;
using MetaMcp.Init.PassThrough;
using MetaMcp.Init.Placing;
using MetaMcp.Init.Probing;
using MetaMcp.Init.Reading;
using MetaMcp.Init.Supervising;
using MetaMcp.Init.Top;
using MetaMcp.Init.Verbs;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

// The verbs that PID 1 and its children run often come first and construct nothing that they do not need.
// The links of [launch] intercept lead here, whatever the arguments are.
if (InterceptVerb.NameOf(args) is { } runner)
    unsafe
    {
        return InterceptVerb.Run(
            runner, args,
            (package, program, command) => LaunchVerb.Launch(new ClientFrame.Launch(null, package, program), command));
    }
if (PassThroughOptions.IsMeant(args))
    return PassThroughVerb.Run(args);
return args switch
{
    ["exec" or "launch" or "probe", "--help" or "-h", ..] => OperatorVerbs.Invoke(args),
    ["exec", ..] => ExecVerb.Run(args),
    ["launch", ..] => LaunchVerb.Run(args),
    ["probe", ..] => ProbeVerb.Run(args),
    ["measure", ..] => MeasureVerb.Run(args.AsSpan(1)),
    ["place", ..] => PlaceVerb.Run(args.AsSpan(1)),
    ["discard", ..] => DiscardVerb.Run(args.AsSpan(1)),
    [DrawVerb.Name, ..] => DrawVerb.Run(args.AsSpan(1)),
    ["read", ..] => ReadVerb.Run(args.AsSpan(1)),
    [] => RunVerb.Run([]),
    ["run", .. var rest] when !rest.Contains("--help") && !rest.Contains("-h") => RunVerb.Run(rest),
    ["--config", ..] => RunVerb.Run(args),
    [var first, ..] when first.StartsWith("--config=", StringComparison.Ordinal) => RunVerb.Run(args),
    _ => OperatorVerbs.Invoke(args),
};
