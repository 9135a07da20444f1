using MetaMcp.Init.Control;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Membership;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Events;
using MetaMcp.Init.Helpers;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Launching;
using MetaMcp.Init.Output;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Runs;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Sweeping;
using MetaMcp.Init.Tests.Output;

namespace MetaMcp.Init.Tests.Sweeping;

/// <summary>The real kernel's side, whose signals come from the test.</summary>
internal static class RealKernel
{
    /// <param name="plan">The plan whose services may start.</param>
    /// <param name="signals">Stands for the queue of signals.</param>
    /// <param name="outputs">The outputs of mcp-init.</param>
    /// <param name="hub">Takes the output of services.</param>
    /// <param name="runs">Is given the table of runs.</param>
    /// <param name="launches">What launches need; null if there are none.</param>
    /// <param name="control">What operators need; null if there are none.</param>
    public static LinuxKernel Open(
        Plan plan, Connected signals, StandardOutputs outputs, OutputHub hub, Action<RunTable>? runs = null, LaunchSetup? launches = null,
        ControlSetup? control = null)
    {
        var cookie = new InstanceCookie(1, new byte[SipHash.KeySize]);
        SelfExecutable.Path = Files.Binary;
        StrangerSearch Search(RunTable table)
        {
            runs?.Invoke(table);
            return new StrangerSearch(table, null, cookie);
        }
        return new LinuxKernel(
            EventPort.Open(out _)!, new SignalQueue(signals.Reader), outputs,
            new ServiceStarter(plan, hub, NullDevice.Open(), null, cookie),
            new Census(cookie), Search, new FileReload("", _ => new SystemEvent.ReloadRefused([]), (_, _) => { }),
            launches ?? new LaunchSetup(null, cookie, null, _ => { }), control ?? new ControlSetup(null, false, null),
            PressureSources.None);
    }
}
