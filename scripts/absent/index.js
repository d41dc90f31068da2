throw new Error("This package is left out on purpose: Starling does not run in React Native.")
