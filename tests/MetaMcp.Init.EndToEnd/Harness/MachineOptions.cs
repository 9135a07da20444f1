namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The kind of virtual machine; scripts/vm --help explains each option.</summary>
internal sealed record MachineOptions
{
    /// <summary>Debian with Docker, Podman and Node.js as the root, instead of busybox; images to import in /images.</summary>
    public bool Disk { get; init; }

    /// <summary>In MB; 512, or 2048 with <see cref="Disk"/>.</summary>
    public int? Memory { get; init; }

    public int Cpus { get; init; } = 1;

    /// <summary>The program that is PID 1 of the machine; empty if that is the harness's own.</summary>
    public IReadOnlyList<string> First { get; init; } = [];

    /// <summary>Files and directories of the host and where they are in the machine.</summary>
    public IReadOnlyList<(string Host, string Guest)> Files { get; init; } = [];

    /// <summary>The time from the start of booting after which the machine is ended in any case.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The words for <c>scripts/vm</c>.</summary>
    public IEnumerable<string> Words()
    {
        yield return "--session";
        yield return "--deadline";
        yield return $"{(int)Deadline.TotalSeconds}";
        yield return "--cpus";
        yield return $"{Cpus}";
        if (Memory is not null)
        {
            yield return "--memory";
            yield return $"{Memory}";
        }
        if (Disk)
            yield return "--disk";
        foreach (var (host, guest) in Files)
        {
            yield return "--file";
            yield return $"{host}:{guest}";
        }
        if (First.Count == 0)
            yield break;
        yield return "--pid1";
        yield return "--";
        foreach (var word in First)
            yield return word;
    }
}
