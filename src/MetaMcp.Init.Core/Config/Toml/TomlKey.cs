namespace MetaMcp.Init.Core.Config.Toml;

/// <summary>One part of a dotted key, with its position.</summary>
internal sealed class TomlKey(string name, SourcePosition at)
{
    public string Name => name;

    public SourcePosition At => at;
}
