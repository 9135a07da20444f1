namespace MetaMcp.Init.Core.Config;

/// <summary>The positions of one server and the names in it.</summary>
internal sealed class ServerOrigin
{
    public static ServerOrigin None { get; } = new();

    public SourcePosition Table { get; init; }

    public SourcePosition MaxInstances { get; init; }

    public SourcePosition OnLimit { get; init; }

    /// <summary>Each name of <c>allow</c>.</summary>
    public SourcePosition[] Allow { get; init; } = [];

    /// <summary>Each name of <c>match</c>; null if the file leaves it to the command.</summary>
    public SourcePosition[]? Match { get; init; }
}
