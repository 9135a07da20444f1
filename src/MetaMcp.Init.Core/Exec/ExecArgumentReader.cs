using System.Collections.Immutable;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Exec;

/// <summary>
/// Reads the words after <c>mcp-init exec</c>, and reports every error at once. It looks at characters below 128 only, so the text
/// may be decoded either as UTF-8 or, if the bytes must be preserved, byte by byte.
/// </summary>
public sealed class ExecArgumentReader
{
    private readonly ImmutableArray<string>.Builder errors = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<ResourceLimit>.Builder limits = ImmutableArray.CreateBuilder<ResourceLimit>();
    private readonly ImmutableArray<string>.Builder kept = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder files = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder unset = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder set = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<int>.Builder descriptors = ImmutableArray.CreateBuilder<int>();
    private ProcessAttributes attributes = ProcessAttributes.None;
    private string? server;
    private string? cgroup;
    private bool clear;
    private bool close;
    private bool ownOutput;
    private bool terminal;
    private int? errorDescriptor;
    private int? gate;
    private ulong? softDescriptors;
    private string? ownSocket;
    private string? pathFirst;
    private SignalSets signals;

    private ExecArgumentReader()
    {
    }

    /// <summary>The request, or null and its errors. No message repeats the value of a variable.</summary>
    /// <param name="words">The words after the verb.</param>
    /// <param name="errors">Empty if there is a request.</param>
    /// <param name="errorDescriptor">The descriptor for the report, if it was read, even if other words are wrong.</param>
    public static ExecRequest? Read(
        ReadOnlySpan<string> words, out ImmutableArray<string> errors, out int? errorDescriptor)
    {
        var reader = new ExecArgumentReader();
        var command = reader.ReadOptions(words);
        if (command.IsEmpty && reader.errors.Count == 0)
            reader.errors.Add("no command: mcp-init exec [OPTION...] -- CMD [ARG...]");
        errors = reader.errors.DrainToImmutable();
        errorDescriptor = reader.errorDescriptor;
        return errors.IsEmpty ? reader.Build(command) : null;
    }

    private ExecRequest Build(ReadOnlySpan<string> command) => new()
    {
        Gate = gate,
        Server = server,
        Cgroup = cgroup,
        Attributes = limits.Count == 0 ? attributes : attributes with { ResourceLimits = limits.DrainToImmutable() },
        Environment = new EnvironmentEdits
        {
            Clear = clear,
            Kept = kept.DrainToImmutable(),
            Files = files.DrainToImmutable(),
            Unset = unset.DrainToImmutable(),
            Set = set.DrainToImmutable(),
        },
        SoftDescriptors = softDescriptors,
        PathFirst = pathFirst,
        OwnSocket = ownSocket,
        CloseDescriptors = close,
        KeptDescriptors = descriptors.DrainToImmutable(),
        OwnOutput = ownOutput,
        Terminal = terminal,
        Signals = signals,
        ErrorDescriptor = errorDescriptor,
        Command = [.. command],
    };

    /// <summary>Reads up to <c>--</c> or the first word that is no option; returns the rest.</summary>
    private ReadOnlySpan<string> ReadOptions(ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word == "--")
                return words[(i + 1)..];
            if (word.Length < 2 || word[0] != '-')
                return words[i..];
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            if (IsFlag(name))
            {
                if (equals >= 0)
                    errors.Add($"{name} takes no value");
            }
            else if (!TakesValue(name))
                errors.Add($"unknown option {name}");
            else if (equals < 0 && i + 1 == words.Length)
                errors.Add($"{name} needs a value");
            else
                ReadValue(name, equals < 0 ? words[++i] : word[(equals + 1)..]);
        }
        return [];
    }

    private bool IsFlag(string name)
    {
        switch (name)
        {
            case "--no-new-privileges":
                attributes = attributes with { NoNewPrivileges = true };
                return true;
            case "--clear-env":
                return clear = true;
            case "--close-fds":
                return close = true;
            case "--own-output":
                return ownOutput = true;
            case "--terminal":
                return terminal = true;
            default:
                return false;
        }
    }

    private static bool TakesValue(string name) => name is "--cgroup" or "--user" or "--group" or "--groups" or "--chdir" or "--umask"
        or "--nice" or "--oom-score-adj" or "--rlimit" or "--soft-nofile" or "--own-socket" or "--path-first"
        or "--cap-keep" or "--setenv" or "--unsetenv" or "--keep-env"
        or "--env-file" or "--keep-fd" or "--error-fd" or "--gate" or "--for"
        or "--ignored-signals" or "--blocked-signals";

    private void ReadValue(string name, string value)
    {
        switch (name)
        {
            case "--for":
                server = NotEmpty(name, value);
                break;
            case "--cgroup":
                cgroup = NotEmpty(name, value);
                break;
            case "--user":
                ReadUser(value);
                break;
            case "--group":
                attributes = attributes with { Group = NotEmpty(name, value) };
                break;
            case "--groups":
                attributes = attributes with { SupplementaryGroups = List(attributes.SupplementaryGroups, value) };
                break;
            case "--cap-keep":
                ReadCapabilities(value);
                break;
            case "--chdir":
                attributes = attributes with { WorkingDirectory = NotEmpty(name, value) };
                break;
            case "--umask":
                attributes = attributes with { Umask = Octal(value) };
                break;
            case "--nice":
                attributes = attributes with { Nice = Number(name, value, -20, 19) };
                break;
            case "--oom-score-adj":
                attributes = attributes with { OomScoreAdjust = Number(name, value, -1000, 1000) };
                break;
            case "--rlimit":
                ReadLimit(value);
                break;
            case "--env-file":
                files.Add(NotEmpty(name, value));
                break;
            case "--setenv":
                ReadVariable(value);
                break;
            case "--unsetenv":
                unset.Add(VariableName(name, value));
                break;
            case "--keep-env":
                kept.Add(VariableName(name, value));
                break;
            case "--keep-fd":
                if (Number(name, value, 0, int.MaxValue) is { } descriptor)
                    descriptors.Add(descriptor);
                break;
            case "--path-first":
                pathFirst = NotEmpty(name, value);
                break;
            case "--own-socket":
                ownSocket = NotEmpty(name, value);
                break;
            case "--soft-nofile":
                softDescriptors = DecimalText.TryRead(value, ulong.MaxValue - 1, out var limit) ? limit : null;
                if (softDescriptors is null)
                    errors.Add($"--soft-nofile {value}: not a whole number");
                break;
            case "--gate":
                gate = Number(name, value, 0, int.MaxValue);
                break;
            case "--ignored-signals":
                signals = signals with { Ignored = Signals(name, value) };
                break;
            case "--blocked-signals":
                signals = signals with { Blocked = Signals(name, value) };
                break;
            case "--error-fd":
                errorDescriptor = Number(name, value, 0, int.MaxValue);
                break;
        }
    }

    private void ReadUser(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        attributes = attributes with { User = NotEmpty("--user", colon < 0 ? value : value[..colon]) };
        if (colon >= 0)
            attributes = attributes with { Group = NotEmpty("--user", value[(colon + 1)..]) };
    }

    private void ReadCapabilities(string value)
    {
        var names = List(attributes.Capabilities, value);
        for (var i = 0; i < names.Length; i++)
        {
            var number = CapabilityTable.Find(names[i]);
            if (number < 0)
                errors.Add($"--cap-keep: no capability '{names[i]}' (man 7 capabilities)");
            else
                names = names.SetItem(i, CapabilityTable.All[number]);
        }
        attributes = attributes with { Capabilities = names };
    }

    private void ReadLimit(string value)
    {
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        var resource = equals < 0 ? -1 : ResourceTable.Find(value[..equals]);
        if (resource < 0)
        {
            errors.Add($"--rlimit {value}: write NAME=SOFT or NAME=SOFT:HARD with one of {string.Join(", ", ResourceTable.All)}");
            return;
        }
        var colon = value.IndexOf(':', equals);
        if (!TryLimit(value.AsSpan(equals + 1, (colon < 0 ? value.Length : colon) - equals - 1), out var soft) ||
            !TryLimit(colon < 0 ? value.AsSpan(equals + 1) : value.AsSpan(colon + 1), out var hard))
            errors.Add($"--rlimit {value}: a limit is a number or '{ExecArguments.Unlimited}'");
        else if ((soft ?? ulong.MaxValue) > (hard ?? ulong.MaxValue))
            errors.Add($"--rlimit {value}: the soft limit is above the hard one");
        else
            limits.Add(new ResourceLimit(ResourceTable.All[resource], soft, hard));
    }

    private static bool TryLimit(ReadOnlySpan<char> text, out ulong? limit)
    {
        limit = null;
        if (text.SequenceEqual(ExecArguments.Unlimited) || text.SequenceEqual("infinity"))
            return true;
        // The kernel uses the largest number for "unlimited".
        if (!DecimalText.TryRead(text, ulong.MaxValue - 1, out var number))
            return false;
        limit = number;
        return true;
    }

    private void ReadVariable(string entry)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
            set.Add(entry);
        else
            errors.Add(equals < 0 ? "--setenv: write KEY=VALUE" : "--setenv: there is no name before the '='");
    }

    private string VariableName(string option, string name)
    {
        if (name.Contains('=', StringComparison.Ordinal))
            errors.Add($"{option}: a name only, without '='");
        return NotEmpty(option, name);
    }

    private string NotEmpty(string option, string value)
    {
        if (value.Length == 0)
            errors.Add($"{option}: the value is empty");
        return value;
    }

    private static ImmutableArray<string> List(ImmutableArray<string>? before, string value) =>
        (before ?? []).AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private int? Number(string option, string value, int least, int most)
    {
        var negative = value.StartsWith('-');
        if (DecimalText.TryRead(value.AsSpan(negative ? 1 : 0), int.MaxValue, out var magnitude))
        {
            var number = negative ? -(long)magnitude : (long)magnitude;
            if (number >= least && number <= most)
                return (int)number;
        }
        errors.Add(most == int.MaxValue
            ? $"{option} {value}: not a descriptor's number"
            : $"{option} {value}: not a whole number from {least} to {most}");
        return null;
    }

    private ulong Signals(string option, string value)
    {
        if (!SignalSets.TryRead(value, out var set))
            errors.Add($"{option} {value}: not a set of signals in hexadecimal digits");
        return set;
    }

    private int? Octal(string value)
    {
        var mask = 0;
        foreach (var digit in value)
        {
            mask = digit is >= '0' and <= '7' ? mask * 8 + (digit - '0') : -1;
            if (mask is < 0 or > 511)
                break;
        }
        if (value.Length > 0 && mask is >= 0 and <= 511)
            return mask;
        errors.Add($"--umask {value}: not an octal number from 0 to 0777");
        return null;
    }
}
