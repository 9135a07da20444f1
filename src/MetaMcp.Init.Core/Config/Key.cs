namespace MetaMcp.Init.Core.Config;

/// <summary>One key: its name, and a <see cref="Func{T, TValue, TResult}"/> from settings and value to settings.</summary>
internal sealed class Key(string name, Delegate apply)
{
    public string Name => name;

    public Delegate Apply => apply;
}
