using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Vm;

/// <summary>One machine for tests in which several containers fill their memory side by side.</summary>
public sealed class PressureMachine : IAsyncLifetime
{
    private VirtualMachine? _machine;

    internal VirtualMachine Machine => _machine ?? throw new InvalidOperationException("it has not booted");

    public async ValueTask InitializeAsync() =>
        _machine = await VirtualMachine.Boot(new MachineOptions { Memory = 1024, Deadline = TimeSpan.FromMinutes(10) });

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }
}

/// <summary>Emulation takes a whole processor; beside it, the deadlines of other tests would mean little.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PressureMachineTests : ICollectionFixture<PressureMachine>
{
    public const string Name = "pressure machine";
}
