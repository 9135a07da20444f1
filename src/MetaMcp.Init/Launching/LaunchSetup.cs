using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Runs;

namespace MetaMcp.Init.Launching;

/// <summary>What launches need from the start of PID 1.</summary>
/// <param name="Socket">Null if it could not be made: then no client comes.</param>
/// <param name="Cookie">Gives each run the value by which its processes are known.</param>
/// <param name="Tree">Null without cgroups.</param>
/// <param name="Complain">Takes notices of clients that were turned away.</param>
internal sealed record LaunchSetup(LaunchSocket? Socket, InstanceCookie Cookie, CgroupTree? Tree, Action<Notice> Complain);

/// <summary>The parts of PID 1 that launches use.</summary>
internal readonly record struct LaunchParts(
    DescriptorWatch Watch, RunTable Runs, HelperTable Helpers, MemoryWatch Memory, int NullDescriptor, Action<SystemEvent> Tell);
