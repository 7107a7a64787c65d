//! The wire types of Application and AppProject and their CustomResourceDefinitions.
