using System.Text.RegularExpressions;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>
/// A TOML file and its working directory. In the file, <c>%name</c> is one of the test programs, and <c>%/</c> the directory.
/// </summary>
internal sealed partial class Installation : IDisposable
{
    private readonly Scratch _scratch = new();

    public Installation(string toml)
    {
        Setup = new Setup("run", "--config", _scratch.Write("mcp-init.toml", Written(toml)));
    }

    public Setup Setup { get; init; }

    public bool OwnCgroup
    {
        get => Setup.OwnCgroup;
        init => Setup = Setup with { OwnCgroup = value };
    }

    public string this[string name] => _scratch[name];

    /// <summary>Makes the file that services wait for.</summary>
    public void Open(string name) => File.WriteAllText(_scratch[name], "");

    /// <summary>A file beside the TOML file.</summary>
    public void Write(string name, string text) => _scratch.Write(name, text);

    /// <summary>Another file replaces the first atomically.</summary>
    public void Rewrite(string toml) => File.Move(_scratch.Write("next.toml", Written(toml)), _scratch["mcp-init.toml"], overwrite: true);

    public Task<InitProcess> Start() => InitProcess.Start(Setup);

    public Task<Ended> Run(TimeSpan? limit = null) => InitProcess.Run(Setup, limit);

    public void Dispose() => _scratch.Dispose();

    private string Written(string toml)
    {
        if (!toml.Contains("[init]", StringComparison.Ordinal))
            toml = $"[init]\nruntime_dir = \"{_scratch["run"]}\"\n{toml}";
        var text = toml.Replace("%/", _scratch.FullName + "/", StringComparison.Ordinal);
        return Names().Replace(text, name => Files.Program(name.Groups[1].Value));
    }

    [GeneratedRegex("%([a-z-]+)")]
    private static partial Regex Names();
}
