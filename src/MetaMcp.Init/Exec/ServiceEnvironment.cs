using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.KernelText;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Exec;

/// <summary>
/// The command's environment as a vector of C strings, made from ours in the order of <see cref="EnvironmentEdits"/>. Entries are
/// passed on as bytes, unchanged.
/// </summary>
internal sealed unsafe class ServiceEnvironment
{
    // Addresses of entries: byte* cannot be a type argument.
    private readonly List<nint> entries = [];

    private ServiceEnvironment()
    {
    }

    /// <param name="edits">The differences to our own environment.</param>
    /// <param name="account">The user's line in /etc/passwd.</param>
    /// <param name="userGiven">HOME and the like become those of the user.</param>
    /// <param name="pathFirst">Put before all directories of PATH, after everything else; null for none.</param>
    public static byte** Build(EnvironmentEdits edits, PasswdEntry? account, bool userGiven, string? pathFirst = null)
    {
        if (!userGiven && pathFirst is null && edits == EnvironmentEdits.None)
            return StartArguments.Environment;
        var environment = new ServiceEnvironment();
        environment.Inherit(edits, userGiven);
        if (userGiven)
            environment.Describe(account, edits);
        foreach (var file in edits.Files)
            environment.AddFile(file, edits);
        foreach (var name in edits.Unset)
            environment.Remove(name);
        foreach (var entry in edits.Set)
            environment.Put(entry);
        if (pathFirst is not null)
            environment.PutFirstInPath(pathFirst);
        return environment.ToVector();
    }

    /// <summary>The value of a variable; false if there is none.</summary>
    public static bool TryFind(byte** environment, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (var at = environment; *at != null; at++)
        {
            var entry = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at);
            if (!entry.StartsWith(name) || entry.Length == name.Length || entry[name.Length] != (byte)'=')
                continue;
            value = entry[(name.Length + 1)..];
            return true;
        }
        value = [];
        return false;
    }

    private void Inherit(EnvironmentEdits edits, bool userGiven)
    {
        for (var at = StartArguments.Environment; *at != null; at++)
        {
            if (!edits.Clear || IsKept(edits, *at))
                entries.Add((nint)(*at));
        }
        if (!userGiven)
            return;
        // The values are those of another user, so they are removed even if /etc/passwd has no value for the new one.
        foreach (var name in (ReadOnlySpan<string>)["HOME", "USER", "LOGNAME", "SHELL"])
            if (!edits.Kept.Contains(name))
                Remove(name);
    }

    private void Describe(PasswdEntry? account, EnvironmentEdits edits)
    {
        PutUnlessKept("HOME=" + (account is { Home.Length: > 0 } ? account.Home : "/"), edits);
        if (account is null)
            return;
        PutUnlessKept("USER=" + account.Name, edits);
        PutUnlessKept("LOGNAME=" + account.Name, edits);
        if (account.LoginShell is { } shell)
            PutUnlessKept("SHELL=" + shell, edits);
    }

    private void AddFile(string file, EnvironmentEdits edits)
    {
        var optional = file.StartsWith('-');
        var path = optional ? file[1..] : file;
        var error = FileBytes.Read(path, out var content);
        if (optional && error.Number == Core.Values.Errno.ENOENT)
            return;
        if (!error.IsSuccess)
            throw ExecFailedException.Of(ExecStep.EnvironmentFile, error, path);
        var added = EnvironmentFile.Read(Encoding.Latin1.GetString(content), out var problem);
        if (problem is not null)
            throw ExecFailedException.Of(ExecStep.EnvironmentFile, error, $"{path}:{problem.Line}: {problem.Reason}");
        foreach (var entry in added)
            PutUnlessKept(entry, edits);
    }

    /// <summary>Once: a nested mcp-init may have put it there already.</summary>
    private void PutFirstInPath(string directory)
    {
        var at = IndexOf("PATH");
        var path = at < 0 ? Encoding.Latin1.GetString(SearchPath.Default) : ByteText.From((byte*)entries[at])["PATH=".Length..];
        if (path != directory && !path.StartsWith(directory + ":", StringComparison.Ordinal))
            Put($"PATH={directory}:{path}");
    }

    private void PutUnlessKept(string entry, EnvironmentEdits edits)
    {
        var name = NameOf(entry);
        if (!edits.Kept.Contains(name) || IndexOf(name) < 0)
            Put(entry);
    }

    private void Put(string entry)
    {
        Remove(NameOf(entry));
        entries.Add((nint)ByteText.ToNative(entry));
    }

    private void Remove(string name)
    {
        // In a loop: an environment may hold a name twice, and both entries must go.
        for (var at = IndexOf(name); at >= 0; at = IndexOf(name))
            entries.RemoveAt(at);
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < entries.Count; i++)
            if (IsNamed((byte*)entries[i], name))
                return i;
        return -1;
    }

    private static bool IsKept(EnvironmentEdits edits, byte* entry)
    {
        foreach (var name in edits.Kept)
            if (IsNamed(entry, name))
                return true;
        return false;
    }

    private static bool IsNamed(byte* entry, string name)
    {
        foreach (var character in name)
            if (*entry++ != character)
                return false;
        return *entry == '=';
    }

    private static string NameOf(string entry) => entry[..entry.IndexOf('=', StringComparison.Ordinal)];

    private byte** ToVector()
    {
        var vector = (byte**)NativeMemory.Alloc((nuint)((entries.Count + 1) * sizeof(byte*)));
        for (var i = 0; i < entries.Count; i++)
            vector[i] = (byte*)entries[i];
        vector[entries.Count] = null;
        return vector;
    }
}
