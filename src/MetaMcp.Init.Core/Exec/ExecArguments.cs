using System.Collections.Immutable;
using System.Globalization;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Exec;

/// <summary>
/// The command line of <c>mcp-init exec</c>, written by PID 1 for every start that needs a second stage, and by people.
/// <see cref="ExecArgumentReader"/> reads the words of <see cref="Encode"/> back as the same request.
/// </summary>
public static class ExecArguments
{
    internal const string Unlimited = "unlimited";

    /// <summary>The words after the verb.</summary>
    public static ImmutableArray<string> Encode(ExecRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var words = ImmutableArray.CreateBuilder<string>();
        // First, so that it is read even if a later word is wrong.
        if (request.ErrorDescriptor is { } error)
            Add(words, "--error-fd", Text(error));
        if (request.Gate is { } gate)
            Add(words, "--gate", Text(gate));
        if (request.Server is { } server)
            Add(words, "--for", server);
        if (request.Cgroup is { } cgroup)
            Add(words, "--cgroup", cgroup);
        EncodeAttributes(words, request.Attributes);
        EncodeEnvironment(words, request.Environment);
        if (request.PathFirst is { } directory)
            Add(words, "--path-first", directory);
        if (request.SoftDescriptors is { } descriptors)
            Add(words, "--soft-nofile", descriptors.ToString(CultureInfo.InvariantCulture));
        if (request.CloseDescriptors)
            words.Add("--close-fds");
        foreach (var descriptor in request.KeptDescriptors)
            Add(words, "--keep-fd", Text(descriptor));
        if (request.OwnSocket is { } socket)
            Add(words, "--own-socket", socket);
        if (request.OwnOutput)
            words.Add("--own-output");
        if (request.Terminal)
            words.Add("--terminal");
        words.AddRange(EncodeSignals(request.Signals));
        words.Add("--");
        words.AddRange(request.Command);
        return words.DrainToImmutable();
    }

    /// <summary>No word for a set without signals.</summary>
    public static ImmutableArray<string> EncodeSignals(SignalSets signals)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        if (signals.Ignored != 0)
            Add(words, "--ignored-signals", SignalSets.Text(signals.Ignored));
        if (signals.Blocked != 0)
            Add(words, "--blocked-signals", SignalSets.Text(signals.Blocked));
        return words.DrainToImmutable();
    }

    private static void EncodeAttributes(ImmutableArray<string>.Builder words, ProcessAttributes attributes)
    {
        if (attributes.User is { } user)
            Add(words, "--user", user);
        if (attributes.Group is { } group)
            Add(words, "--group", group);
        if (attributes.SupplementaryGroups is { } groups)
            Add(words, "--groups", string.Join(',', groups));
        if (attributes.WorkingDirectory is { } directory)
            Add(words, "--chdir", directory);
        if (attributes.Umask is { } umask)
            Add(words, "--umask", Convert.ToString(umask, 8).PadLeft(4, '0'));
        if (attributes.Nice is { } nice)
            Add(words, "--nice", Text(nice));
        if (attributes.OomScoreAdjust is { } score)
            Add(words, "--oom-score-adj", Text(score));
        foreach (var limit in attributes.ResourceLimits)
            Add(words, "--rlimit", $"{limit.Resource}={Text(limit.Soft)}:{Text(limit.Hard)}");
        if (attributes.NoNewPrivileges)
            words.Add("--no-new-privileges");
        if (attributes.Capabilities is { } kept)
            Add(words, "--cap-keep", string.Join(',', kept));
    }

    private static void EncodeEnvironment(ImmutableArray<string>.Builder words, EnvironmentEdits edits)
    {
        if (edits.Clear)
            words.Add("--clear-env");
        foreach (var name in edits.Kept)
            Add(words, "--keep-env", name);
        foreach (var file in edits.Files)
            Add(words, "--env-file", file);
        foreach (var name in edits.Unset)
            Add(words, "--unsetenv", name);
        foreach (var entry in edits.Set)
            Add(words, "--setenv", entry);
    }

    // Two words, not one with "=": a value may then begin with any character.
    private static void Add(ImmutableArray<string>.Builder words, string option, string value)
    {
        words.Add(option);
        words.Add(value);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(ulong? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? Unlimited;
}
