using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Supervision;

namespace MetaMcp.Init.Kernel;

/// <summary>The file that may be read again, and what of it is put in force outside of the supervisor.</summary>
/// <param name="Read">Reads it: Reloaded, or ReloadRefused with every problem.</param>
/// <param name="Apply">Called with the settings before and those in force from now on.</param>
internal sealed record FileReload(Func<SystemEvent> Read, Action<Settings, Settings> Apply);
