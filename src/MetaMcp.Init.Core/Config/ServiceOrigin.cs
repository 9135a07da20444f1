namespace MetaMcp.Init.Core.Config;

/// <summary>The positions of one service and the names in it.</summary>
internal sealed class ServiceOrigin
{
    public static ServiceOrigin None { get; } = new();

    public SourcePosition Table { get; init; }
    public SourcePosition StopTimeout { get; init; }
    public SourcePosition StartTimeout { get; init; }
    public SourcePosition Stdin { get; init; }

    /// <summary>Each name, in the order of the setting.</summary>
    public SourcePosition[] DependsOn { get; init; } = [];

    public SourcePosition[] After { get; init; } = [];
    public SourcePosition[] RestartWith { get; init; } = [];

    /// <summary>The position of one name among several; the service's own if settings were made by code.</summary>
    public SourcePosition Of(SourcePosition[] names, int index) => index < names.Length ? names[index] : Table;
}
