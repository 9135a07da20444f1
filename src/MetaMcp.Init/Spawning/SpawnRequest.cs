namespace MetaMcp.Init.Spawning;

/// <summary>Where the child stands among sessions, groups and terminals.</summary>
internal enum SpawnGroup
{
    /// <summary>A process group of its own in our session: what a command in front of a terminal needs.</summary>
    Own,

    /// <summary>The same, and that group becomes the foreground of the terminal on descriptor 0.</summary>
    OwnInForeground,

    /// <summary>A session of its own without a terminal: a service.</summary>
    Session,
}

/// <summary>A descriptor of ours and the number the child finds it at.</summary>
internal readonly record struct DescriptorMapping(int Ours, int Childs);

/// <summary>What <see cref="Spawner"/> starts.</summary>
/// <remarks>Every descriptor of ours that is not mapped has close-on-exec set and so stays ours.</remarks>
internal readonly unsafe ref struct SpawnRequest
{
    /// <summary>A path; the child is looked for nowhere else.</summary>
    public required byte* Path { get; init; }

    public required byte** Arguments { get; init; }
    public required byte** Environment { get; init; }
    public SpawnGroup Group { get; init; }
    public ReadOnlySpan<DescriptorMapping> Descriptors { get; init; }

    /// <summary>Search PATH of our own environment for a name without a slash, as <c>execvp</c> does.</summary>
    public bool SearchPath { get; init; }
}
