using MetaMcp.Init.Cgroups;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Sockets;

namespace MetaMcp.Init.Launching;

/// <summary>What launches need from the start of PID 1.</summary>
/// <param name="Socket">Null if it could not be made: then no client comes.</param>
/// <param name="Cookie">Gives each run the value by which its processes are known.</param>
/// <param name="Tree">Null without cgroups.</param>
/// <param name="Complain">Takes notices of clients that were turned away.</param>
internal sealed record LaunchSetup(ListeningSocket? Socket, InstanceCookie Cookie, CgroupTree? Tree, Action<Notice> Complain);

/// <summary>Takes a client that has asked something else than a launch; false if the line is no request at all.</summary>
/// <param name="client">Released only if the answer is true.</param>
/// <param name="line">Its first line.</param>
internal delegate bool ClientHandOver(Client client, ReadOnlySpan<byte> line);

/// <summary>The parts of PID 1 that launches use.</summary>
internal readonly record struct LaunchParts(
    DescriptorWatch Watch, RunTable Runs, HelperTable Helpers, MemoryWatch Memory, ConnectionDisposal Disposal, int NullDescriptor,
    Action<SystemEvent> Tell, ClientHandOver HandOver);
