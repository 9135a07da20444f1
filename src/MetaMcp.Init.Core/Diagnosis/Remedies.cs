using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>The exact setting of each platform that mends a finding; null if the platform has none.</summary>
public sealed record Remedies : Case
{

    public static Remedies None { get; } = new();

    /// <summary>Of <c>docker run</c>.</summary>
    public string? Docker { get; init; }

    /// <summary>In the service of a Compose file.</summary>
    public string? Compose { get; init; }

    /// <summary>Of <c>podman run</c>.</summary>
    public string? Podman { get; init; }

    /// <summary>In containerd's own configuration, or of <c>nerdctl run</c>.</summary>
    public string? Containerd { get; init; }

    /// <summary>In the container of a pod, or in the pod if the text says so.</summary>
    public string? Kubernetes { get; init; }

    /// <summary>In the image, or its Dockerfile.</summary>
    public string? Image { get; init; }

    /// <summary>On the host, if no setting of a container helps.</summary>
    public string? Host { get; init; }

    /// <summary>In one line the settings of Docker, of Podman and of the host; null if there is none of them.</summary>
    internal string? Line
    {
        get
        {
            List<string> settings = [];
            if (Docker is not null)
                settings.Add($"docker run {Docker}");
            if (Podman is not null && Podman != Docker)
                settings.Add($"podman run {Podman}");
            if (Host is not null)
                settings.Add($"on the host: {Host}");
            return settings.Count == 0 ? null : string.Join("; ", settings);
        }
    }

    /// <summary>A flag that Docker, Podman and nerdctl spell alike.</summary>
    internal static Remedies Flag(string flag, string compose, string? kubernetes) => new()
    {
        Docker = flag,
        Compose = compose,
        Podman = flag,
        Containerd = $"nerdctl run {flag}",
        Kubernetes = kubernetes,
    };

    internal static Remedies OnHost(string setting) => new() { Host = setting };

    // This is a record so that it can be copied with changes. The compiler's code to compare two would be larger than all the rest.
    public bool Equals(Remedies? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => 0;

    internal static Remedies RunAsRoot { get; } = Flag("--user 0", "user: \"0\"", "securityContext: {runAsUser: 0, runAsNonRoot: false}");
}
