using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;

namespace MetaMcp.Init.Helpers;

/// <summary>The file that may be read again, and the settings of it that are put in force outside of the supervisor.</summary>
/// <param name="path">The path of the file.</param>
/// <param name="take">Turns the bytes into an event: Reloaded, or ReloadRefused with every problem.</param>
/// <param name="apply">Called with the settings before and the settings in force from now on.</param>
internal sealed class FileReload(string path, Func<byte[], SystemEvent> take, Action<Settings, Settings> apply)
{
    public string Path { get; } = path;

    public SystemEvent Take(byte[] bytes) => take(bytes);

    public void Apply(Settings before, Settings after) => apply(before, after);
}
