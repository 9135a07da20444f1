namespace MetaMcp.Init.Spawning;

/// <summary>The child's session, process group and terminal.</summary>
internal enum SpawnGroup
{
    /// <summary>A process group of its own in our session: for a command in front of a terminal.</summary>
    Own,

    /// <summary>The same, and that group becomes the foreground of the terminal on descriptor 0.</summary>
    OwnInForeground,

    /// <summary>Our own process group: the shell that waits for us stops and continues both.</summary>
    Ours,

    /// <summary>A session of its own without a terminal: a service.</summary>
    Session,
}

/// <summary>A descriptor of ours, and its number in the child.</summary>
internal readonly record struct DescriptorMapping(int Ours, int Childs);

/// <summary>The program that <see cref="Spawner"/> starts, and its surroundings.</summary>
/// <remarks>Every descriptor of ours that is not mapped is close-on-exec, so the child does not get it.</remarks>
internal readonly unsafe ref struct SpawnRequest
{
    /// <summary>The path of the program.</summary>
    public required byte* Path { get; init; }

    public required byte** Arguments { get; init; }
    public required byte** Environment { get; init; }
    public SpawnGroup Group { get; init; }

    /// <summary>Signals that stay ignored, a bit each; all others get their default action.</summary>
    public ulong StayIgnored { get; init; }
    public ReadOnlySpan<DescriptorMapping> Descriptors { get; init; }

    /// <summary>Search the PATH of our own environment for a name without a slash, as <c>execvp</c> does.</summary>
    public bool SearchPath { get; init; }
}
